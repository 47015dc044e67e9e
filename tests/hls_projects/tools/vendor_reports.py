"""Reports in the real formats of vendor tools, with invented counts."""



VIVADO_HLS = """<profile>
<ReportVersion><Version>2019.2</Version></ReportVersion>
<UserAssignments><unit>ns</unit><ProductFamily>virtexuplus</ProductFamily>
<Part>xcvu9p-flga2104-2L-e</Part><TopModelName>mnist_small</TopModelName>
<TargetClockPeriod>5.00</TargetClockPeriod><ClockUncertainty>0.62</ClockUncertainty>
</UserAssignments>
<PerformanceEstimates><PipelineType>function</PipelineType>
<SummaryOfTimingAnalysis><unit>ns</unit><EstimatedClockPeriod>4.253</EstimatedClockPeriod>
</SummaryOfTimingAnalysis>
<SummaryOfOverallLatency><unit>clock cycles</unit><Best-caseLatency>5</Best-caseLatency>
<Average-caseLatency>6</Average-caseLatency><Worst-caseLatency>7</Worst-caseLatency>
<Interval-min>1</Interval-min><Interval-max>2</Interval-max></SummaryOfOverallLatency>
</PerformanceEstimates>
<AreaEstimates><Resources><BRAM_18K>0</BRAM_18K><DSP48E>3</DSP48E><FF>1185</FF><LUT>9224</LUT>
<URAM>0</URAM></Resources>
<AvailableResources><BRAM_18K>4320</BRAM_18K><DSP48E>6840</DSP48E><FF>2364480</FF>
<LUT>1182240</LUT><URAM>960</URAM></AvailableResources></AreaEstimates>
</profile>
"""


VITIS_HLS = """<?xml version="1.0" encoding="UTF-8"?>
<profile>
    <ReportVersion>
        <Version>2023.2</Version>
    </ReportVersion>
    <UserAssignments>
        <unit>ns</unit>
        <ProductFamily>virtexuplus</ProductFamily>
        <Part>xcvu13p-flga2577-2-e</Part>
        <TopModelName>mnist_small</TopModelName>
        <TargetClockPeriod>5.00</TargetClockPeriod>
        <ClockUncertainty>1.35</ClockUncertainty>
        <FlowTarget>vivado</FlowTarget>
    </UserAssignments>
    <PerformanceEstimates>
        <PipelineType>yes</PipelineType>
        <SummaryOfTimingAnalysis>
            <unit>ns</unit>
            <EstimatedClockPeriod>3.633</EstimatedClockPeriod>
        </SummaryOfTimingAnalysis>
        <SummaryOfOverallLatency>
            <unit>clock cycles</unit>
            <Best-caseLatency>undef</Best-caseLatency>
            <Worst-caseLatency>undef</Worst-caseLatency>
            <Interval-min>1</Interval-min>
        </SummaryOfOverallLatency>
    </PerformanceEstimates>
    <AreaEstimates>
        <Resources>
            <DSP>0</DSP>
            <FF>2044</FF>
            <LUT>12044</LUT>
        </Resources>
    </AreaEstimates>
</profile>
"""
